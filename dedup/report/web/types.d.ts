// What the type checker has to know beside the script: nothing of it reaches the page.

/** What the page says: `page.py` puts it before the script. */
declare const SAID: { words: Record<string, [string, string]>; reasons: Record<string, string> };

type Child = Node | string | number | null | undefined | false | Child[];
