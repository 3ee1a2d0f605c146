package service

import (
	"bytes"
	"fmt"

	"zhuomo/clean"
	"zhuomo/examples"
)

// Recipe is recipe.yaml for a material spoilt into files: the telephone numbers
// in its tables are public and stay.
func Recipe(m examples.Material) ([]byte, error) {
	body, err := File("recipe.yaml")
	if err != nil {
		return nil, fmt.Errorf("read recipe: %w", err)
	}
	r, err := clean.ParseRecipe(body)
	if err != nil {
		return nil, err
	}
	for i, s := range r.Steps {
		if s.Use == "clean.personal_data.v1" {
			r.Steps[i].With["allow"] = m.PublicNumbers()
		}
	}
	out, err := r.YAML()
	return bytes.TrimSpace(out), err
}
