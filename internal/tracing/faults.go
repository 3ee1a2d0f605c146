package tracing

import "zhuomo/internal/fault"

// BadTarget is all that can be wrong with where traces go.
var BadTarget = fault.Define("tracing.bad_target", fault.Invalid, fault.Text{
	ZH: "追踪不能发到「{target}」", FixZH: "写成 http://主机:4318（OTLP），或 file:路径",
	EN: "traces cannot go to {target}", FixEN: "write http://host:4318 (OTLP) or file:path",
})
