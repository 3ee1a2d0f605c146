package serve

import (
	"context"
	"math"
	"time"
)

// Traffic counts what was said to a product in a stretch of time.
type Traffic struct {
	Turns      int `json:"turns"`
	Sessions   int `json:"sessions" doc:"说过话的会话|sessions in which something was said"`
	Answered   int `json:"answered" doc:"有把握而自己答的话轮|turns answered by itself and surely"`
	Fallback   int `json:"fallback" doc:"没听懂的话轮|turns that were not understood"`
	HandedOver int `json:"handed_over" doc:"转过人工的会话|sessions that reached a person"`
	Liked      int `json:"liked" doc:"点赞的话轮|turns rated good"`
	Rated      int `json:"rated" doc:"评价过的话轮|turns rated at all"`
}

// Traffic counts the turns of a product from one time on, up to another.
func (s *Service) Traffic(ctx context.Context, product string, from, to time.Time) (Traffic, error) {
	return readTraffic(ctx, s.n.DB.Reader(), product, from.UnixMicro(), to.UnixMicro())
}

// Newest lists at most so many releases of a product, the newest first.
func (s *Service) Newest(ctx context.Context, product string, most int) ([]Release, error) {
	return readReleases(ctx, s.n.DB.Reader(), product, math.MaxInt32, most)
}
