import { useTranslation } from "react-i18next";
import { langOfCode, type Lang } from "./lang";

export function useLang(): Lang {
  return langOfCode(useTranslation("shared").i18n.language);
}
