import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, LegendPlainComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init as start, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([BarChart, CustomChart, LineChart, ParallelChart, ScatterChart]);
use([DataZoomInsideComponent, GridComponent, LegendPlainComponent, ParallelComponent, TooltipComponent]);
use([CanvasRenderer, SVGRenderer]);

/** ECharts with what figures need: one file, which browsers, reports and the command load. */
export const init = start; // a value of this module, which bundlers would leave out otherwise
