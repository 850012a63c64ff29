import { render } from 'preact';
import { App } from './parts/App.tsx';
import { begin } from './state/connect.ts';
import { keepAddress } from './state/url.ts';

begin();
keepAddress();
render(<App />, document.getElementById('app')!);
