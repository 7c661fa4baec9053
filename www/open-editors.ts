// The editors that are on the page now: what a crash of the program must not lose.

export interface OpenEditor {
  readonly label: string;
  readonly doc: string;
}

export const openEditors = new Set<OpenEditor>();
