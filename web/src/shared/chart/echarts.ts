// The parts of ECharts that our charts use; loaded with the first chart.

import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, DataZoomInsideComponent, GraphicComponent, GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, ParallelComponent, TooltipComponent, VisualMapComponent, BrushComponent } from "echarts/components";
import { init, registerTheme, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { tokens } from "../theme/tokens";

use([BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart]);
use([AriaComponent, BrushComponent, DatasetComponent, DataZoomInsideComponent, GraphicComponent, GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, ParallelComponent, TooltipComponent, VisualMapComponent]);
use([LabelLayout, CanvasRenderer]);
// The tokens know no logarithmic axis: it looks as one of plain values.
registerTheme("zhuomo-light", { ...tokens.echarts.light, logAxis: tokens.echarts.light.valueAxis });
registerTheme("zhuomo-dark", { ...tokens.echarts.dark, logAxis: tokens.echarts.dark.valueAxis });

export { init };
export type { ECharts } from "echarts/core";
