/** What to type to see one's own calls, as whoever started this would: in a checkout there is no `cordboard` to call. */
export function connectCommand(env: Readonly<Record<string, string | undefined>>): string {
  const inCheckout = ["start", "cordboard"].includes(env["npm_lifecycle_event"] ?? "");
  return `${inCheckout ? "npm start --" : "cordboard start"} --pbx ami://user:secret@host`;
}
