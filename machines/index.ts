/** The charts of strategies and of the study, as XState machines. */
export { chart, dataOf, type Statechart } from './chart.ts';
export {
  answeringChart,
  evolutionChart,
  externalChart,
  halvingChart,
  handOverChart,
  lbfgsChart,
  populationChart,
  sequenceChart,
  sgdChart,
  surrogateChart,
} from './strategies.ts';
export { studyMachine } from './study.ts';
