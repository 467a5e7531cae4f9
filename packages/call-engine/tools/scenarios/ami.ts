import type { LabAsterisk } from "@cordboard/lab";

/** The name of the only channel of a number's phone, or of its newest. */
export async function channelOf(lab: LabAsterisk, number: string): Promise<string> {
  const names = (await lab.channels()).map(({ name }) => name).filter((name) => name.startsWith(`PJSIP/${number}-`));
  const newest = names.toSorted((one, other) => one.localeCompare(other)).at(-1);
  if (newest === undefined) throw new Error(`There is no channel of ${number}.`);
  return newest;
}

/** Adds an extension to the context `internal` for as long as this Asterisk runs; each step as in extensions.conf. */
export async function addExtension(lab: LabAsterisk, number: string, ...steps: readonly string[]): Promise<void> {
  for (const [index, step] of steps.entries())
    await lab.cli(`dialplan add extension ${number},${index + 1},${step} into internal replace`);
}
