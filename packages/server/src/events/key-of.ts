/** Key of something within a PBX. Ids of PBXs and what AMI tells have no line break in them. */
export function keyOf(pbx: string, ...names: readonly string[]): string {
  return `${pbx}\n${names.join("\n")}`;
}
