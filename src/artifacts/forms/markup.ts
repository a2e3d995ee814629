/** Schemes of links that a page may lead to; others are text. A page that is opened must run nothing that a program printed. */
const SAFE_LINK = /^(?:https?|ftp|mailto):/i;

/** `text` within an element or a quoted attribute of HTML or XML. Characters that XML does not allow are shown as U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The target if a page may link to it. */
export function safeLink(link: string | undefined): string | undefined {
  return link !== undefined && SAFE_LINK.test(link) ? link : undefined;
}

/** `body` as what the link is shown by, or as it is. */
export function linked(link: string | undefined, body: string): string {
  const target = safeLink(link);
  return target === undefined
    ? body
    : `<a href="${escapeMarkup(target)}" rel="noopener noreferrer nofollow">${body}</a>`;
}
