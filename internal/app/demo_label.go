package app

type labelling struct{}
