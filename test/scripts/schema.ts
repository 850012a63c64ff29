import { writeFileSync } from 'node:fs';
import { chartsFile, chartsText } from '../support/chartsText.ts';
import { commandsFile, commandsText, factsFile, factsText } from '../support/reference.ts';
import { optionsFile, optionsText, schemaFile, schemaText, studyOptionsFile, studyOptionsText } from '../support/studySchema.ts';

// npm run schema: writes what the code says of strategies, parameters, commands and facts, for editors and for people.
writeFileSync(schemaFile, schemaText());
writeFileSync(optionsFile, optionsText());
writeFileSync(studyOptionsFile, studyOptionsText());
writeFileSync(commandsFile, commandsText());
writeFileSync(factsFile, factsText());
writeFileSync(chartsFile, chartsText());
