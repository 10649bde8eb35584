package bench

import "context"

// settingCache switches the cache of resolver results and whole answers, where there is one.
const settingCache = "CACHE"

// cacheOff are the settings of a server without its caches.
func cacheOff() map[string]string {
	if !hasSetting(settingCache) {
		return nil
	}
	return map[string]string{settingCache: "off"}
}

// cached is part three.
func (r *run) cached(context.Context) error { return nil }
