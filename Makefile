# Shorthand, and nothing more: what is behind each name works without make.
.PHONY: run test lint generate ci

run:
	go run ./cmd/atelier

test:
	go test ./...

lint:
	golangci-lint run ./...

generate:
	go generate ./...

ci:
	bash .ci/run
