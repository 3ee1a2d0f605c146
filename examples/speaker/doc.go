// Package speaker is the invented smart speaker 小琢, written for this project:
// what children, old people and all between say to it, with labels; 300 invented
// songs; entries, a guideline, suites, a recipe, a flow and stories. It is files
// only; examples.Find("speaker") reads them.
package speaker
