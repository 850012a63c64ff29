/** The charts of strategies, of the study, of its engines and trainers, as XState machines. */
export { chart, type Statechart } from './chart.ts';
export {
  answeringChart,
  evolutionChart,
  externalChart,
  halvingChart,
  handOverChart,
  lbfgsChart,
  populationChart,
  raceChart,
  sequenceChart,
  sgdChart,
  surrogateChart,
} from './strategies.ts';
export { leadChart, servedChart, studyChart } from './study.ts';
export { attemptChart, claimChart, evaluationChart, trainerChart } from './trainers.ts';
