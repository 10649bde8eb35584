package demo

import (
	"fmt"
	"slices"
	"strings"

	"atelier/domain"
	"atelier/store"
)

// offer is one way of using a service: a mode of Midjourney's, a model of the others'.
type offer struct {
	name       string
	price      int64     // Of an image, in ten-thousandths of a credit.
	wait, work [2]micros // The shortest and the longest.
}

var midjourneyModes = []offer{
	{"turbo", 10_0000, [2]micros{second / 2, 3 * second}, [2]micros{14 * second, 26 * second}},
	{"fast", 5_0000, [2]micros{second, 12 * second}, [2]micros{38 * second, 75 * second}},
	{"relax", 2_0000, [2]micros{5 * second, 4 * minute}, [2]micros{50 * second, 3 * minute}},
}

var fluxModels = []offer{
	{"flux-pro-1.1", 4_0000, [2]micros{second / 5, 2 * second}, [2]micros{6 * second, 14 * second}},
	{"flux-pro", 5_0000, [2]micros{second / 5, 3 * second}, [2]micros{9 * second, 22 * second}},
	{"flux-dev", 2_5000, [2]micros{second / 5, 4 * second}, [2]micros{7 * second, 18 * second}},
	{"flux-schnell", 3000, [2]micros{second / 10, second}, [2]micros{second, 4 * second}},
}

// fluxEdit is the model for tasks that start from an image.
var fluxEdit = offer{"flux-kontext-pro", 4_5000, [2]micros{second / 5, 3 * second}, [2]micros{8 * second, 20 * second}}

var dreamworkModels = []offer{
	{"dreamwork-3.0", 2_0000, [2]micros{second / 2, 4 * second}, [2]micros{9 * second, 30 * second}},
	{"dreamwork-2.1", 1_2500, [2]micros{second / 2, 4 * second}, [2]micros{8 * second, 25 * second}},
	{"dreamwork-lite", 500, [2]micros{second / 5, second}, [2]micros{3 * second, 8 * second}},
}

// serviceSetups is how the services are set up in a demo.
func serviceSetups() []store.ServiceSetup {
	return []store.ServiceSetup{
		{
			Service:  domain.Midjourney,
			BaseURL:  "https://midjourney.example/mj",
			Prices:   pricesOf(midjourneyModes),
			Defaults: `{"mode": "fast", "version": "6.1", "aspect_ratio": "1:1"}`,
		}, {
			Service:  domain.Flux,
			BaseURL:  "https://flux.example/v1",
			Prices:   pricesOf(append(slices.Clip(fluxModels), fluxEdit)),
			Defaults: `{"model": "flux-dev", "num_images": 1, "guidance_scale": 3.5, "num_inference_steps": 28}`,
		}, {
			Service:  domain.Dreamwork,
			BaseURL:  "https://dreamwork.example/api/v3",
			Prices:   pricesOf(dreamworkModels),
			Defaults: `{"model": "dreamwork-3.0", "size": "1024x1024", "guidance_scale": 2.5, "watermark": false}`,
		},
	}
}

// pricesOf writes a price list as ai_services.prices holds it.
func pricesOf(offers []offer) string {
	entries := make([]string, len(offers))
	for i, o := range offers {
		entries[i] = fmt.Sprintf(`"%s": "%s"`, o.name, amount(o.price))
	}
	return "{" + strings.Join(entries, ", ") + "}"
}

// amount writes ten-thousandths of a credit with their four decimals; never negative ones.
func amount(tenThousandths int64) string {
	return fmt.Sprintf("%d.%04d", tenThousandths/10_000, tenThousandths%10_000)
}
