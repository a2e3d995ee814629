import type { Surface, TextSize } from '../paint/surface.ts';
import { cssColour } from '../paint/themes.ts';

/** A surface that writes down what is drawn on it as elements of SVG. Knows shapes, not text. */
export class SvgSurface implements Surface {
  fillStyle: unknown = cssColour(0);
  strokeStyle: unknown = cssColour(0);
  lineWidth = 1;
  font = '';
  globalAlpha = 1;
  readonly #elements: string[] = [];
  #path = '';
  #clip = '';
  /** One for each `save`: whether the drawing went into an element of its own since. */
  readonly #saved: { isClipped: boolean }[] = [];

  /** What was drawn since the last call. */
  take(): string {
    return this.#elements.splice(0).join('');
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const alpha = this.globalAlpha === 1 ? '' : ` fill-opacity="${this.globalAlpha}"`;
    this.#elements.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${String(this.fillStyle)}"${alpha}/>`,
    );
  }

  /** Text is written by who knows the font. */
  fillText(): void {
    throw new Error('a surface for shapes draws no text');
  }

  measureText(): TextSize {
    throw new Error('a surface for shapes measures no text');
  }

  save(): void {
    this.#saved.push({ isClipped: false });
  }

  restore(): void {
    if (this.#saved.pop()?.isClipped === true) this.#elements.push('</svg>');
  }

  beginPath(): void {
    this.#path = '';
    this.#clip = '';
  }

  closePath(): void {
    this.#path += 'Z';
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${x} ${y}h${width}v${height}h${-width}Z`;
    this.#clip = `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">`;
  }

  /** To the last rectangle since {@link SvgSurface.beginPath}. */
  clip(): void {
    const last = this.#saved.at(-1);
    if (last === undefined || this.#clip === '') return;
    last.isClipped = true;
    this.#elements.push(this.#clip);
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${x} ${y}`;
  }

  lineTo(x: number, y: number): void {
    this.#path += `L${x} ${y}`;
  }

  quadraticCurveTo(cpx: number, cpy: number, x: number, y: number): void {
    this.#path += `Q${cpx} ${cpy} ${x} ${y}`;
  }

  bezierCurveTo(...points: readonly [number, number, number, number, number, number]): void {
    this.#path += `C${points.join(' ')}`;
  }

  fill(): void {
    this.#elements.push(`<path d="${this.#path}" fill="${String(this.fillStyle)}"/>`);
  }

  stroke(): void {
    const pen = `stroke="${String(this.strokeStyle)}" stroke-width="${this.lineWidth}"`;
    this.#elements.push(`<path d="${this.#path}" fill="none" ${pen}/>`);
  }
}
