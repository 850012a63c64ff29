import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { manifestsFile, manifestsText } from '../support/kubernetes.ts';

// npm run manifests: writes the manifests for Kubernetes.
mkdirSync(dirname(manifestsFile), { recursive: true });
writeFileSync(manifestsFile, manifestsText());
