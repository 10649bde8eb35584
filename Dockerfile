# A static binary on an empty image, as a user of no rights. The database is the operator's: DATABASE_URL must be set.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X atelier/version.release=${VERSION}" -o /atelier ./cmd/atelier

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /atelier /atelier
ENV ADDR=:8080 LOG_FORMAT=json
EXPOSE 8080
ENTRYPOINT ["/atelier"]
