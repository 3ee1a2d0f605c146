import { useMutation } from "@tanstack/react-query";
import { Form, Input, Modal, Select, Typography } from "antd";
import { asFault } from "../../shared/api/fault";
import { FaultBand } from "../../shared/page/FaultBand";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { addVoice, type NewVoice, type Platform } from "./api";

const secrets = ["key_id", "secret", "public_key"] as const;

/** VoiceModal makes a voice channel: what its platform needs, then what the platform's console needs, told once. */
export function VoiceModal({ product, platforms, onMade, onClose }: { product: string; platforms: Platform[]; onMade: () => void; onClose: () => void }) {
  const w = useWords("release");
  const shared = useWords("shared");
  const lang = useLang();
  const [form] = Form.useForm<NewVoice>();
  const platform = Form.useWatch("platform", form);
  const chosen = platforms.find((p) => p.name === platform) ?? platforms[0];
  const make = useMutation({ mutationFn: (body: NewVoice) => addVoice(product, body), onSuccess: onMade });
  const needed = (name: string) => [{ required: true, whitespace: true, message: w("voice_missing", { name }) }];
  return (
    <Modal
      open
      title={w("voice_new")}
      okText={make.data ? shared("close") : w("voice_make")}
      cancelButtonProps={make.data ? { style: { display: "none" } } : {}}
      cancelText={shared("cancel")}
      confirmLoading={make.isPending}
      onOk={() => (make.data ? onClose() : form.submit())}
      onCancel={onClose}
    >
      {make.error && <FaultBand fault={asFault(make.error)} />}
      {make.data ? (
        <>
          <p>{w("voice_paste")}</p>
          <Typography.Paragraph code copyable={{ text: make.data.address }}>{make.data.address}</Typography.Paragraph>
          {make.data.key && (
            <>
              <p>{w("voice_key_once")}</p>
              <Typography.Paragraph code copyable={{ text: make.data.key }}>{make.data.key}</Typography.Paragraph>
            </>
          )}
        </>
      ) : (
        <Form form={form} layout="vertical" initialValues={{ platform: platforms[0]?.name }} onFinish={(v) => make.mutate(v)}>
          <Form.Item name="platform" label={w("voice_platform")} extra={lang === "zh" ? chosen?.explain.zh : chosen?.explain.en}>
            <Select options={platforms.map((p) => ({ value: p.name, label: lang === "zh" ? p.title.zh : p.title.en }))} />
          </Form.Item>
          <Form.Item name="name" label={w("voice_name")} extra={w("voice_name_help")} rules={needed(w("voice_name"))}>
            <Input autoFocus maxLength={32} />
          </Form.Item>
          <Form.Item name="skill_id" label={w("voice_skill_id")} rules={needed(w("voice_skill_id"))}>
            <Input maxLength={128} />
          </Form.Item>
          {secrets.filter((s) => chosen?.needs?.includes(s)).map((s) => (
            <Form.Item key={s} name={s} label={w(`voice_${s}`)} rules={needed(w(`voice_${s}`))}>
              {s === "public_key" ? <Input.TextArea autoSize={{ minRows: 3, maxRows: 8 }} /> : <Input autoComplete="off" />}
            </Form.Item>
          ))}
        </Form>
      )}
    </Modal>
  );
}
