import { writeFileSync } from 'node:fs';
import { optionsFile, optionsText, schemaFile, schemaText } from '../support/studySchema.ts';

// npm run schema: writes what the options of strategies and the types of parameters say, for editors and for people.
writeFileSync(schemaFile, schemaText());
writeFileSync(optionsFile, optionsText());
