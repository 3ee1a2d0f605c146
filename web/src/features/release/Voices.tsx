import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm, Typography } from "antd";
import { useState } from "react";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { FaultBand } from "../../shared/page/FaultBand";
import { ReadFault } from "../../shared/page/ReadFault";
import { Section } from "../../shared/page/Section";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { newVoiceKey, removeVoice, usePlatforms, useVoices } from "./api";
import { VoiceModal } from "./VoiceModal";
import css from "./release.module.css";

/** Voices are the voice platforms that the product talks through: the address for each console, a new key, the end. */
export function Voices({ product }: { product: string }) {
  const w = useWords("release");
  const shared = useWords("shared");
  const f = useFormat();
  const lang = useLang();
  const may = useMay("lead");
  const client = useQueryClient();
  const voices = useVoices(product);
  const platforms = usePlatforms();
  const [adding, setAdding] = useState(false);
  const again = () => client.invalidateQueries({ queryKey: ["release", product, "voices"] });
  const remove = useMutation({ mutationFn: (id: string) => removeVoice(product, id), onSuccess: again });
  const rekey = useMutation({ mutationFn: (id: string) => newVoiceKey(product, id) });
  const list = voices.data?.items ?? [];
  const of = (name: string) => platforms.data?.items.find((p) => p.name === name);
  const titleOf = (name: string) => (lang === "zh" ? of(name)?.title.zh : of(name)?.title.en) ?? name;
  return (
    <Section
      title={w("voices")}
      note={list.length ? <span data-total={list.length}>{f.count(list.length)}</span> : w("voices_none")}
      acts={may && platforms.data && <Button size="small" onClick={() => setAdding(true)}>{w("voice_new")}</Button>}
    >
      <ReadFault of={voices} />
      <ReadFault of={platforms} />
      {remove.error && <FaultBand fault={asFault(remove.error)} />}
      {rekey.error && <FaultBand fault={asFault(rekey.error)} />}
      <ul className={css["log"]}>
        {list.map((v) => (
          <li key={v.id}>
            <b>{v.name}</b>
            <span className={css["grey"]}>{titleOf(v.platform)} · {v.skill_id}</span>
            <Typography.Text className={css["address"]} code copyable={{ text: v.address }}>{v.address}</Typography.Text>
            {rekey.data?.id === v.id && rekey.data.key && (
              <span className={css["address"]}>
                {w("voice_key_once")} <Typography.Text code copyable={{ text: rekey.data.key }}>{rekey.data.key}</Typography.Text>
              </span>
            )}
            {may && (
              <span className={css["embedActs"]}>
                {of(v.platform)?.own_key && (
                  <Popconfirm title={w("voice_rekey_ask")} okText={w("voice_rekey")} cancelText={shared("cancel")} onConfirm={() => rekey.mutate(v.id)}>
                    <Button size="small" type="text">{w("voice_rekey")}</Button>
                  </Popconfirm>
                )}
                <Popconfirm title={w("voice_remove_ask", { name: v.name })} okText={w("voice_remove")} cancelText={shared("cancel")} onConfirm={() => remove.mutate(v.id)}>
                  <Button size="small" type="text" danger>{w("voice_remove")}</Button>
                </Popconfirm>
              </span>
            )}
          </li>
        ))}
      </ul>
      {adding && <VoiceModal product={product} platforms={platforms.data?.items ?? []} onMade={again} onClose={() => setAdding(false)} />}
    </Section>
  );
}
