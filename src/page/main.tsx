import { render } from 'preact';
import { App } from './parts/App.tsx';
import { startPage } from './state/connectPage.ts';
import { keepAddress } from './state/url.ts';

startPage();
keepAddress();
render(<App />, document.getElementById('app')!);
