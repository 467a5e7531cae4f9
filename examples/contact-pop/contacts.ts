/** Somebody in the list of contacts. */
export interface Contact {
  readonly name: string;
  readonly url: string;
}

/** Contacts by number. */
export type Contacts = ReadonlyMap<string, Contact>;

/** Reads lines of `number,name,url`. Empty lines and those that begin with # are left out. @throws Error for a line that is no such thing */
export function readContacts(text: string): Contacts {
  const contacts = new Map<string, Contact>();
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [number = "", name = "", url = ""] = line.split(",").map((part) => part.trim());
    if (number === "" || !/^https?:\/\//u.test(url)) throw new Error(`Line ${index + 1} is not number,name,URL.`);
    contacts.set(number, { name, url });
  }
  return contacts;
}
