/** Markdown, drawn as React elements: what a model wrote never becomes HTML. */

import "./markdown.css";
import { marked, type Token, type Tokens } from "marked";
import { createElement, type ReactNode, useMemo } from "react";

const MAX_CHARACTERS = 60_000;

/** Loaded when it is first needed, hence the default export. */
export default function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => marked.lexer(text.slice(0, MAX_CHARACTERS)), [text]);
  return <div className="markdown">{blocks(tokens)}</div>;
}

function blocks(tokens: readonly Token[]): ReactNode[] {
  return tokens.map((token, index) => {
    const key = `${index}-${token.type}`;
    const Draw = RENDERERS[token.type];
    return Draw ? <Draw key={key} token={token} /> : <span key={key}>{token.raw}</span>;
  });
}

type Draw = (props: { token: Token }) => ReactNode;

function childrenOf(token: Token): ReactNode {
  if ("tokens" in token) return blocks(token.tokens ?? []);
  return "text" in token ? unescaped(String(token.text)) : token.raw;
}

/** Every element that text may become; anything else, HTML above all, is shown as it was written. */
const RENDERERS: Partial<Record<string, Draw>> = {
  space: () => null,
  hr: () => <hr />,
  br: () => <br />,
  heading: ({ token }) =>
    createElement(`h${Math.min(6, (token as Tokens.Heading).depth + 2)}`, {}, childrenOf(token)),
  paragraph: ({ token }) => <p>{childrenOf(token)}</p>,
  text: ({ token }) => childrenOf(token),
  escape: ({ token }) => (token as Tokens.Escape).text,
  strong: ({ token }) => <strong>{childrenOf(token)}</strong>,
  em: ({ token }) => <em>{childrenOf(token)}</em>,
  del: ({ token }) => <del>{childrenOf(token)}</del>,
  codespan: ({ token }) => <code>{(token as Tokens.Codespan).text}</code>,
  code: ({ token }) => (
    <pre>
      <code>{(token as Tokens.Code).text}</code>
    </pre>
  ),
  blockquote: ({ token }) => <blockquote>{childrenOf(token)}</blockquote>,
  list: ({ token }) => <List list={token as Tokens.List} />,
  table: ({ token }) => <Table table={token as Tokens.Table} />,
  link: ({ token }) => <Link link={token as Tokens.Link} />,
  image: ({ token }) => (token as Tokens.Image).text,
};

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, index) => (
    <li key={`${index}-${item.raw.length}`}>{blocks(item.tokens)}</li>
  ));
  return list.ordered ? (
    <ol start={list.start === "" ? 1 : list.start}>{items}</ol>
  ) : (
    <ul>{items}</ul>
  );
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    <table>
      <thead>
        <tr>
          {table.header.map((cell, index) => (
            <th key={`${index}-${cell.text}`}>{blocks(cell.tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, line) => (
          <tr key={`${line}-${row.length}`}>
            {row.map((cell, index) => (
              <td key={`${index}-${cell.text}`}>{blocks(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Only web addresses are links; they open elsewhere and learn nothing of this page. */
function Link({ link }: { link: Tokens.Link }) {
  if (!/^https?:\/\//i.test(link.href)) return <span>{childrenOf(link)}</span>;
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer" className="nodrag">
      {childrenOf(link)}
    </a>
  );
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

function unescaped(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
