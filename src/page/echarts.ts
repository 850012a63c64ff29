import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init as start, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([BarChart, CustomChart, LineChart, ParallelChart, ScatterChart]);
use([DataZoomComponent, GridComponent, LegendComponent, ParallelComponent, TooltipComponent]);
use([CanvasRenderer, SVGRenderer]);

/** ECharts with what figures need: one file, which browsers, reports and the command load. */
export const init = start; // a value of this module, which bundlers would leave out otherwise
