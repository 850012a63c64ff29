/** What doors answer today, by door and step, where they should answer otherwise. One that is mended fails its test until its line is deleted here. */
export const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};
