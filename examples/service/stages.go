package service

import (
	"zhuomo/dialog"
)

// Flow is flow.yaml as the dialog stage reads it.
func Flow() (*dialog.Flow, error) {
	body, err := File("flow.yaml")
	if err != nil {
		return nil, err
	}
	return dialog.ReadFlow(body)
}

// Stories are the conversations that must go so.
func Stories() ([]dialog.Story, error) {
	body, err := File("stories.yaml")
	if err != nil {
		return nil, err
	}
	return dialog.ReadStories(body)
}
