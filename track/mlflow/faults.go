package mlflow

import (
	"zhuomo/internal/fault"
	"zhuomo/internal/spec"
)

// Why a filter is refused, where more than one place says so.
var (
	likeTexts   = spec.Text{ZH: "LIKE 只用于文字", EN: "LIKE is for texts"}
	timeMS      = spec.Text{ZH: "时间是 1970 年起的毫秒数", EN: "a time is milliseconds since 1970"}
	noAttribute = spec.Text{ZH: "没有这个属性", EN: "there is no such attribute"}
	noNumber    = spec.Text{ZH: "这个属性是数字，要和数字比", EN: "it is a number and is compared with numbers"}
)

var (
	NotJSON = fault.Define("mlflow.not_json", fault.Invalid, fault.Text{
		ZH: "请求的内容不是 JSON 对象", FixZH: "用 MLflow 客户端调用，或按它的 REST 协议发 JSON",
		EN: "the body of the request is no JSON object", FixEN: "call by the MLflow client, or send JSON as its REST protocol says",
	})
	Missing = fault.Define("mlflow.missing", fault.Invalid, fault.Text{
		ZH: "缺少字段「{field}」", FixZH: "补上它再发",
		EN: "Missing value for required parameter '{field}'.", FixEN: "send it too",
	})
	BadValue = fault.Define("mlflow.bad_value", fault.Invalid, fault.Text{
		ZH: "「{field}」的值不对：{got}", FixZH: "应为 {want}",
		EN: "Invalid value {got} for parameter '{field}' supplied", FixEN: "it should be {want}",
	})
	BadFilter = fault.Define("mlflow.bad_filter", fault.Invalid, fault.Text{
		ZH: "看不懂筛选或排序「{filter}」：{why}", FixZH: "运行例如 metrics.acc > 0.9 and params.C = '1'，追踪例如 status = 'ERROR'；排序例如 metrics.acc DESC",
		EN: "the filter or order {filter} is not understood: {why}", FixEN: "runs for example by metrics.acc > 0.9 and params.C = '1', traces by status = 'ERROR'; an order: metrics.acc DESC",
	})
	NoExperiment = fault.Define("mlflow.no_experiment", fault.NotFound, fault.Text{
		ZH: "没有实验「{experiment}」", FixZH: "用 mlflow.search_experiments() 查看已有的实验",
		EN: "there is no experiment {experiment}", FixEN: "list those there are by mlflow.search_experiments()",
	})
	ExperimentTaken = fault.Define("mlflow.experiment_taken", fault.Conflict, fault.Text{
		ZH: "已经有名为「{name}」的实验", FixZH: "换一个名称，或用 mlflow.set_experiment 接着用它；删掉的要先恢复",
		EN: "an experiment named {name} exists already", FixEN: "take another name, or go on with it by mlflow.set_experiment; restore it first if it was deleted",
	})
	NoRun = fault.Define("mlflow.no_run", fault.NotFound, fault.Text{
		ZH: "没有运行「{run}」", FixZH: "用 mlflow.search_runs() 查看已有的运行",
		EN: "there is no run {run}", FixEN: "list those there are by mlflow.search_runs()",
	})
	NoTag = fault.Define("mlflow.no_tag", fault.NotFound, fault.Text{
		ZH: "「{of}」没有标签「{key}」", FixZH: "先看它有哪些标签；可能已经删了",
		EN: "No tag with name: {key} at {of}", FixEN: "look which tags it has; it may be deleted already",
	})
	WrongState = fault.Define("mlflow.wrong_state", fault.Invalid, fault.Text{
		ZH: "「{what}」的状态是 {state}，不能这样做", FixZH: "先恢复它（restore），或另开一个",
		EN: "{what} is {state}, this cannot be done", FixEN: "restore it first, or begin another",
	})
	ParamChanged = fault.Define("mlflow.param_changed", fault.Invalid, fault.Text{
		ZH: "参数「{key}」已记为「{was}」，不能改成「{now}」", FixZH: "参数记下就不变；另开一个运行，或改记成标签",
		EN: "parameter {key} was logged as {was} and cannot become {now}: changing param values is not allowed", FixEN: "begin another run, or log it as a tag",
	})
	NoArtifact = fault.Define("mlflow.no_artifact", fault.NotFound, fault.Text{
		ZH: "没有文件「{path}」", FixZH: "用 mlflow.artifacts.list_artifacts 查看有哪些",
		EN: "there is no artifact {path}", FixEN: "list those there are by mlflow.artifacts.list_artifacts",
	})
	NoModel = fault.Define("mlflow.no_model", fault.NotFound, fault.Text{
		ZH: "没有模型「{model}」", FixZH: "用 search_registered_models() 或 search_logged_models() 查看已有的",
		EN: "there is no model {model}", FixEN: "list those there are by search_registered_models() or search_logged_models()",
	})
	ModelTaken = fault.Define("mlflow.model_taken", fault.Conflict, fault.Text{
		ZH: "已经有名为「{name}」的模型", FixZH: "换一个名称，或给它登记一个新版本",
		EN: "a registered model named {name} exists already", FixEN: "take another name, or register a new version of it",
	})
	StageThere = fault.Define("mlflow.stage_there", fault.Conflict, fault.Text{
		ZH: "版本「{version}」已经在 {stage} 阶段", FixZH: "选另一个阶段",
		EN: "version {version} is at {stage} already", FixEN: "choose another stage",
	})
	StageAsked = fault.Define("mlflow.stage_asked", fault.Conflict, fault.Text{
		ZH: "版本「{version}」已有一个申请在等批准", FixZH: "等组长批准或驳回后再申请",
		EN: "a request for version {version} waits already", FixEN: "ask again when a lead has decided it",
	})
	NoRequest = fault.Define("mlflow.no_request", fault.NotFound, fault.Text{
		ZH: "没有申请「{request}」", FixZH: "在模型登记页查看有哪些申请",
		EN: "there is no request {request}", FixEN: "see the requests on the page of the registered model",
	})
	RequestDecided = fault.Define("mlflow.request_decided", fault.Conflict, fault.Text{
		ZH: "申请「{request}」已由 {decider} 处理", FixZH: "刷新看结果；要改就再申请一次",
		EN: "{decider} has decided the request {request} already", FixEN: "read it again; ask once more to change it",
	})
)

// Faults of traces.
var (
	NotSpans = fault.Define("mlflow.not_spans", fault.Invalid, fault.Text{
		ZH: "收到的不是 OTLP 的追踪：{why}", FixZH: "按 OTLP/HTTP 发 application/x-protobuf 或 application/json，可以 gzip",
		EN: "what came are no traces of OTLP: {why}", FixEN: "send application/x-protobuf or application/json as OTLP/HTTP says, gzipped or not",
	})
	SpansTooLarge = fault.Define("mlflow.spans_too_large", fault.Invalid, fault.Text{
		ZH: "一次发来的追踪太大，解开后超过 {most} MiB", FixZH: "把导出器的批量调小，例如 OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
		EN: "the traces sent at once are too large, above {most} MiB unpacked", FixEN: "let the exporter send fewer at once, by OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
	})
	NoTrace = fault.Define("mlflow.no_trace", fault.NotFound, fault.Text{
		ZH: "没有追踪「{trace}」", FixZH: "用 zhuomo runs traces 或 mlflow.search_traces() 查看已有的",
		EN: "there is no trace {trace}", FixEN: "list those there are by zhuomo runs traces or mlflow.search_traces()",
	})
	TooManyTraces = fault.Define("mlflow.too_many_traces", fault.Invalid, fault.Text{
		ZH: "要排序的追踪超过 {most} 条", FixZH: "用 timestamp_ms > … 之类的条件缩小范围，或按新的在前看",
		EN: "more than {most} traces would have to be sorted", FixEN: "narrow the search, such as by timestamp_ms > …, or take the newest first",
	})
	NoSpan = fault.Define("mlflow.no_span", fault.NotFound, fault.Text{
		ZH: "追踪「{trace}」里没有环节「{span}」", FixZH: "用 zhuomo runs trace 查看它有哪些环节",
		EN: "the trace {trace} has no span {span}", FixEN: "list its spans by zhuomo runs trace",
	})
)
