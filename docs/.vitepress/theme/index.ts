import Theme from 'vitepress/theme';
import { h } from 'vue';
import thinking from '../../../examples/pictures/thinking.svg';
import './style.css';

const seen =
  'A real study as it runs: learning curves, of which most are stopped early, the places that it tries, and the best result so far';

export default {
  extends: Theme,
  Layout: () => h(Theme.Layout, null, { 'home-hero-image': () => h('img', { src: thinking, alt: seen, class: 'thinking' }) }),
};
