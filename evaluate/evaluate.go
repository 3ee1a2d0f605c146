// Package evaluate judges a model: figures with intervals, a suite of
// behavioural checks with Chinese perturbations, flips against the model that is
// live, and a gate that a release must pass.
//
//	in:   learn.Model, examples it has not seen, a Suite     out: Report, Verdict
//	read: metric.go → suite.go → perturb.go → flip.go → gate.go → report.go
package evaluate
