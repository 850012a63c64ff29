import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeProgram } from '../src/cli/program.ts';
import { chartsFile, chartsText } from '../test/support/chartsText.ts';
import { knownFile, knownText } from '../test/support/knownText.ts';
import { commandPages, commandsFolder, factsFile, factsText } from '../test/support/reference.ts';
import { optionsFile, optionsText, schemaFile, schemaText, studyOptionsFile, studyOptionsText } from '../test/support/studySchema.ts';

// npm run schema: writes what the code says of strategies, parameters, commands and facts, for editors and for people.
writeFileSync(schemaFile, schemaText());
writeFileSync(optionsFile, optionsText());
writeFileSync(studyOptionsFile, studyOptionsText());
writeFileSync(factsFile, factsText());
writeFileSync(chartsFile, chartsText());
writeFileSync(knownFile, knownText());
rmSync(commandsFolder, { recursive: true, force: true });
mkdirSync(commandsFolder);
for (const [file, text] of commandPages(await wholeProgram())) writeFileSync(join(commandsFolder, file), text);
