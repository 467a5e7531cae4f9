import { isTrue } from "./boolean-value.ts";
import type { ConfSection, ConfTree } from "./conf-tree.ts";
import type { Position, Problem } from "./errors.ts";
import { ProblemList } from "./problem-list.ts";

/** A custom application of Digium and Sangoma D-Series phones: a section of `res_digium_phone.conf`. */
export interface PhoneApplication {
  /** The section's name: what a phone's `application=` refers to. */
  readonly section: string;
  /** Internal name, and the label of the idle screen's soft key. */
  readonly name: string;
  /** The `.zip` file under the network's `file_url_prefix`. */
  readonly filename: string;
  /** The application starts when the phone boots, not only when it is opened. */
  readonly autostart: boolean;
  /** Of the `.zip` file; undefined if not given. */
  readonly md5sum: string | undefined;
  /** All other options: what the phone hands to the application as `settings`. Always text; the last of a repeated name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly at: Position;
}

/** The applications of a configuration, and what is wrong with others. */
export interface PhoneApplications {
  readonly applications: readonly PhoneApplication[];
  readonly problems: readonly Problem[];
}

const ownOptions = new Set(["type", "application", "name", "filename", "autostart", "md5sum"]);

/**
 * The sections with `type=application` and `application=custom` (DPMA 1.3 and later). Templates are left out, what they hand down is in.
 * An application without `name` or `filename` is left out and told among the problems.
 */
export function readPhoneApplications(conf: ConfTree): PhoneApplications {
  const applications: PhoneApplication[] = [];
  const problems = new ProblemList();
  for (const section of conf.sections) {
    if (section.template || !has(section, "type", "application") || !has(section, "application", "custom")) continue;
    const name = section.last("name")?.value;
    const filename = section.last("filename")?.value;
    if (!name || !filename) {
      const lacking = name ? "filename" : "name";
      const text = `the application [${section.name}] has no ${lacking}: add ${lacking}=… to the section`;
      problems.add("PHONE_APP_INCOMPLETE", section.at, text);
      continue;
    }
    const settings = section.values.filter((value) => !ownOptions.has(value.name.toLowerCase()));
    applications.push({
      section: section.name,
      name,
      filename,
      autostart: isTrue(section.last("autostart")?.value),
      md5sum: section.last("md5sum")?.value,
      settings: Object.fromEntries(settings.map((value) => [value.name, value.value])),
      at: section.at,
    });
  }
  return { applications, problems: problems.all };
}

function has(section: ConfSection, name: string, value: string): boolean {
  return section.last(name)?.value.toLowerCase() === value;
}
