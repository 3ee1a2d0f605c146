import { Button, Drawer, Form, Input, InputNumber, Select, Switch } from "antd";
import { Plus, X } from "lucide-react";
import { useMemo } from "react";
import { parse, stringify } from "yaml";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { useWords } from "../../shared/words/useWords";
import type { Drawing } from "./api";
import { fieldsOf, type As } from "./fields";
import css from "./flow.module.css";

type Values = Record<string, unknown>;

function shown(as: As, value: unknown): unknown {
  if (as === "lines") return value === undefined ? "" : Array.isArray(value) ? value.join("\n") : String(value);
  if (as === "yaml") return value === undefined ? "" : stringify(value, { lineWidth: 0 }).trimEnd();
  if (as === "slots") return value === undefined ? [] : Array.isArray(value) ? value : [value];
  return value;
}

function meant(as: As, value: unknown): unknown {
  if (as === "lines") {
    const lines = String(value ?? "").split("\n").map((l) => l.trim()).filter(Boolean);
    return lines.length > 1 ? lines : lines[0];
  }
  if (as === "yaml") return String(value ?? "").trim() ? parse(String(value)) : undefined;
  if (as === "flag") return value || undefined;
  if (as === "number") return value ?? undefined;
  if (as === "cases") return (value as { when?: string; go?: string }[] | undefined)?.map((c) => ({ ...(c.when ? { when: c.when } : {}), go: c.go ?? "" }));
  return value;
}

export interface NodeDrawerProps {
  id: string;
  kind: string;
  value: Values;
  drawing: Drawing;
  onSave: (change: Values) => void;
  onRemove: () => void;
  onClose: () => void;
}

/** NodeDrawer edits one node in a form; what it saves is written into the YAML and can be undone. */
export function NodeDrawer({ id, kind, value, drawing, onSave, onRemove, onClose }: NodeDrawerProps) {
  const w = useWords("flow");
  const [form] = Form.useForm<Values>();
  const fields = fieldsOf[kind] ?? [];
  const first = useMemo(() => Object.fromEntries([["title", value["title"]], ...fields.map((f) => [f.name, shown(f.as, value[f.name])])]), [value, fields]);
  const nodes = (drawing.flow.nodes ?? []).map((n) => ({ value: n.id, label: n.title ? `${n.title} ${n.id}` : n.id }));
  const slots = (drawing.flow.slots ?? []).map((s) => ({ value: s.name, label: `${s.title || s.name} ${s.name}` }));
  const save = { id: "flow.node_save", words: w("node_save"), key: "Ctrl Enter", run: () => form.submit() };
  const remove = { id: "flow.node_remove", words: w("node_remove"), run: onRemove };
  useActions([save, remove], "dialog");
  const pick = (options: { value: string; label: string }[], many: boolean) => (
    <Select {...(many ? { mode: "multiple" as const } : { allowClear: true })} showSearch={{ optionFilterProp: "label" }} options={options} />
  );
  const input = (as: As) => {
    switch (as) {
      case "lines":
        return <Input.TextArea autoSize={{ minRows: 2, maxRows: 10 }} />;
      case "yaml":
        return <Input.TextArea autoSize={{ minRows: 2, maxRows: 14 }} className={css["mono"]!} spellCheck={false} />;
      case "node":
        return pick(nodes, false);
      case "slots":
        return pick(slots, true);
      case "flag":
        return <Switch size="small" />;
      case "number":
        return <InputNumber min={0} />;
      default:
        return <Input />;
    }
  };
  return (
    <Drawer
      open
      onClose={onClose}
      size={480}
      title={`${w(`kind_${kind}`)} · ${String(value["title"] ?? id)}`}
      footer={
        <div className={css["drawerFoot"]}>
          <ActionButton type="text" danger action={remove} />
          <ActionButton type="primary" action={save} />
        </div>
      }
    >
      <p className={css["nodeID"]}>{id}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={first}
        onFinish={(v) => onSave(Object.fromEntries([["title", v["title"]], ...fields.map((f) => [f.name, meant(f.as, v[f.name])])]))}
      >
        <Form.Item name="title" label={w("field_title")}>
          <Input placeholder={id} />
        </Form.Item>
        {fields.map((f) =>
          f.as === "cases" ? (
            <Form.List key={f.name} name={f.name}>
              {(rows, { add, remove: drop }) => (
                <Form.Item label={w(`field_${f.name}_name`)} extra={w("help_branch")}>
                  {rows.map((row) => (
                    <div key={row.key} className={css["case"]}>
                      <Form.Item name={[row.name, "when"]} noStyle>
                        <Input className={css["mono"]!} placeholder={w("case_else")} aria-label={w("case_when")} />
                      </Form.Item>
                      <Form.Item name={[row.name, "go"]} noStyle>
                        <Select showSearch={{ optionFilterProp: "label" }} options={nodes} aria-label={w("case_go")} />
                      </Form.Item>
                      <Button type="text" icon={<X size={14} />} aria-label={w("case_remove")} onClick={() => drop(row.name)} />
                    </div>
                  ))}
                  <Button type="dashed" size="small" icon={<Plus size={14} />} onClick={() => add({}, 0)}>
                    {w("case_add")}
                  </Button>
                </Form.Item>
              )}
            </Form.List>
          ) : (
            <Form.Item
              key={f.name}
              name={f.name}
              label={w(`field_${f.name}_name`)}
              {...(f.as === "lines" ? { extra: w("help_lines") } : {})}
              {...(f.as === "yaml" ? { rules: [{ validator: async (_: unknown, v: string) => void (v && parse(v)), message: w("help_yaml") }] } : {})}
            >
              {input(f.as)}
            </Form.Item>
          ),
        )}
      </Form>
    </Drawer>
  );
}
