package command

import "strings"

// heading makes a wire name readable where a field has no table tag: the word of
// docs/words.md in Chinese, created_us as created in English.
func heading(key, lang string) string {
	name := strings.TrimSuffix(key, "_us")
	if zh, known := headsInChinese[name]; known && lang != "en" {
		return zh
	}
	return strings.ReplaceAll(name, "_", " ")
}

// headsInChinese gives the wire names that people meet in more than one answer.
// What stands here for a key is what docs/words.md calls it.
var headsInChinese = map[string]string{
	"actor_id": "操作人", "adoption_id": "采用", "added": "新增", "after": "之后", "alternatives": "其他可能", "annotators": "每题人数", "answer": "回答",
	"answer_count": "答案数", "answered": "答", "asked": "问", "attempt": "第几次", "attributes": "属性", "aside": "隔离", "before": "之前", "blob": "原文件哈希", "broken": "改坏",
	"budget_ms": "时间上限（毫秒）", "by_kind": "按种类", "by_label": "按标签", "changed": "改动", "clusters": "相近的问法", "code": "代码",
	"column": "列", "columns": "列", "comment": "留言", "conditions": "条件", "confidence": "把握", "context": "上文", "context_turns": "上文行数",
	"count": "个数", "coverage": "覆盖", "cross": "交叉验证", "created": "创建时间", "damaged_count": "损坏", "dataset_id": "数据集", "default": "默认", "detected": "识别结果",
	"dials": "参数", "disputed_count": "分歧", "distinct": "不同值", "distinct_count": "不同值个数", "duplicate_rows": "重复行", "duplicates": "重复",
	"edges": "连线", "empty_count": "空值", "entry_id": "知识条目", "events": "事件", "experiment_name": "实验", "examples": "样例", "failed": "没通过", "failure": "失败原因", "figures": "数字",
	"finding_count": "发现数", "finding_counts": "各种发现", "findings": "发现", "finished": "结束时间", "fix": "办法", "fix_id": "修正", "fixed": "改好",
	"flips": "翻转", "flow": "流程", "flow_id": "流程", "folds": "折", "format": "格式", "full_width_share": "全角占比", "gate": "门禁", "gold": "金标", "guideline": "标注规范",
	"guideline_id": "标注规范", "guideline_version": "规范版本", "history": "上文", "id": "编号", "intent": "意图", "job": "作业", "job_id": "作业", "kappa": "κ",
	"kept_count": "已定好不再问", "kind": "种类", "knowledge": "知识", "label": "标签", "labels": "标签", "lease_until": "领取到", "leased_count": "在手上", "left_count": "没采用",
	"length": "长度", "length_max": "最长", "length_mean": "平均长", "length_min": "最短", "line": "行号", "made_by": "来自", "message": "说明", "metrics": "指标",
	"model_id": "模型", "mojibake_count": "乱码", "name": "名称", "node": "节点", "nodes": "节点", "note": "说明", "number": "版本", "objective": "目标",
	"offset": "字节位置", "operator": "算子", "order": "设置", "out": "出", "params": "参数", "parent": "上一版", "part": "部分", "parts": "部分",
	"passed": "通过", "person": "人", "position": "位置", "private": "个人信息", "private_scanned": "查过个人信息的行", "problem": "问题", "problems": "问题",
	"product_id": "产品", "profile": "画像", "queue_id": "队列", "reason": "原因", "recipe_id": "清洗方案", "recipe_revision": "方案修订", "record": "记录号",
	"release_id": "发布版", "reply": "回答", "report": "报告", "report_id": "报告", "result": "结果", "result_version": "结果版本", "results": "结果",
	"row": "行", "row_count": "行数", "row_id": "行编号", "rows": "行", "rows_added": "拆增", "rows_in": "进", "rows_out": "出", "rule": "规则", "run": "运行",
	"run_id": "运行", "same": "没变", "sample": "抽样行数", "schema": "列结构", "score": "得分", "scores": "得分", "scripts": "文字", "seconds": "秒", "seed": "种子",
	"session_column": "会话列", "session_id": "会话", "set_aside": "隔离", "settled_count": "已定", "share": "占比", "simulated": "模拟", "size_bytes": "字节",
	"slot": "槽位", "slots": "槽位", "source": "内容", "sources": "来源", "speaker_column": "说话人列", "speakers": "说话人", "started": "开始时间", "state": "状态",
	"step": "步骤", "steps": "步骤", "stories": "故事", "suggestions": "建议", "suite": "测试集", "taken_count": "采用", "task": "任务", "task_count": "任务数", "task_id": "任务",
	"test_rows": "测试行", "text": "文字", "text_column": "原文列", "thresholds": "阈值", "title": "标题", "top": "最常见", "top_exact": "最常见是准数", "total": "总数",
	"touched_count": "可能改错的旧标注", "turn_id": "话轮", "turns": "话轮", "type": "类型", "type_share": "合类型占比", "updated": "修改时间", "updated_by": "修改人",
	"value": "值", "values": "值", "variants": "相似问", "verdict": "结论", "version": "版本", "version_count": "版本数", "version_id": "版本编号", "waiting": "等待",
	"warnings": "提醒", "weight": "权重", "what": "项目", "why": "原因", "witnesses": "见证",
}
