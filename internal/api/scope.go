package api

import (
	"context"
	"net/http"
	"strings"
)

// A token may be for some products only. What names a product, or a thing that a
// product has, is then refused unless it is one of them, and so is everything else,
// but for what says that it is Wide.

// Wide opens a route to tokens that are for some products only: it tells nothing of
// a product, or looks itself at what the actor sees.
func Wide() Option { return func(r *Route) { r.wide = true } }

// within refuses a token what is not of its products, whether it exists or not.
func (s *Server) within(ctx context.Context, route Route, r *http.Request, actor Actor) error {
	if len(actor.Products) == 0 || route.wide || route.Need == Public || s.o.Products == nil {
		return nil
	}
	product := r.PathValue("product")
	if product == "" {
		words := strings.Split(strings.TrimPrefix(route.Path, "/api/v1/"), "/")
		if len(words) > 1 && strings.HasPrefix(words[1], "{") {
			found, err := s.o.Products.ProductOf(ctx, words[0], r.PathValue(strings.Trim(words[1], "{}")))
			if err != nil {
				return err
			}
			product = found
		}
	}
	if product == "" || !actor.Sees(product) {
		return OtherProduct.With()
	}
	return nil
}
