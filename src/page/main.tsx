import { render } from 'preact';
import { App } from './parts/App.tsx';
import { begin } from './state/connectPage.ts';
import { keepAddress } from './state/url.ts';

begin();
keepAddress();
render(<App />, document.getElementById('app')!);
