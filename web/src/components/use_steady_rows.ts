import type { GridApi } from 'ag-grid-community';
import { useCallback, useEffect, useRef, useState, type RefCallback, type RefObject } from 'react';

/** After so long without a movement or a key nobody is about to press a row. */
const atWorkMs = 30_000;

interface Place {
  id: string;
  index: number;
}

/**
 * Keeps the rows of a table in their places while newer ones come from the server. `steadily` runs
 * what puts them into the table: not while a row is pressed, so that no click falls between two
 * rows, and so that the row that somebody points at, walks through by keyboard or has scrolled to
 * stays where it is on the screen. The focus goes with its row. `frame` is what surrounds the grid.
 */
export function useSteadyRows<Row>(api: RefObject<GridApi<Row> | null>): { frame: RefCallback<HTMLElement>; steadily: (put: () => void) => void } {
  const [element, frame] = useState<HTMLElement | null>(null);
  const pressed = useRef(false);
  const waiting = useRef<(() => void)[]>([]);
  const atWork = useRef<{ by: 'pointer' | 'keyboard'; at: number } | null>(null);
  /** Where the table was scrolled to, to keep a row in its place, from the top. */
  const heldAt = useRef<number | null>(null);

  const put = useCallback(
    (rows: () => void) => {
      const viewport = viewportIn(element);
      if (!api.current || api.current.isDestroyed() || !viewport) {
        rows();
        return;
      }
      if (atWork.current && performance.now() - atWork.current.at > atWorkMs) atWork.current = null;
      if (!atWork.current) toTheTopAgain(viewport, heldAt);
      const focused = focusedPlace(api.current, viewport);
      const hand = atWork.current?.by === 'pointer' ? pointedPlace(api.current, viewport) : atWork.current ? focused : null;
      const atTop = viewport.scrollTop === 0 || viewport.scrollTop === heldAt.current;
      const places = hand || !atTop ? placesOnScreen(api.current, viewport, hand) : [];

      rows();

      const moved = movedBy(api.current, places);
      if (moved !== 0) {
        viewport.scrollTop += moved;
        heldAt.current = atTop ? viewport.scrollTop : null;
      }
      if (focused) moveFocus(api.current, viewport, focused);
    },
    [api, element],
  );
  const latestPut = useRef(put);
  useEffect(() => {
    latestPut.current = put;
  });

  const steadily = useCallback((rows: () => void) => {
    if (pressed.current) waiting.current.push(rows);
    else latestPut.current(rows);
  }, []);

  useEffect(() => {
    if (!element) return undefined;
    let flush: ReturnType<typeof setTimeout> | undefined;
    const down = ({ target }: PointerEvent) => {
      // Who drags the scrollbar waits for rows.
      if (!(target instanceof Element) || !target.closest('.ag-row')) return;
      clearTimeout(flush);
      pressed.current = true;
    };
    const up = () => {
      if (!pressed.current) return;
      // The click comes right after, and is to meet the row that was pressed.
      flush = setTimeout(() => {
        pressed.current = false;
        for (const rows of waiting.current.splice(0)) latestPut.current(rows);
      });
    };
    const move = () => (atWork.current = { by: 'pointer', at: performance.now() });
    const key = () => (atWork.current = { by: 'keyboard', at: performance.now() });
    const leave = () => {
      atWork.current = null;
      const viewport = viewportIn(element);
      if (viewport) toTheTopAgain(viewport, heldAt);
    };
    element.addEventListener('pointerdown', down, true);
    element.addEventListener('pointermove', move);
    element.addEventListener('keydown', key, true);
    element.addEventListener('pointerleave', leave);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', up);
    return () => {
      clearTimeout(flush);
      pressed.current = false;
      element.removeEventListener('pointerdown', down, true);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('keydown', key, true);
      element.removeEventListener('pointerleave', leave);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', up);
    };
  }, [element]);

  return { frame, steadily };
}

function viewportIn(frame: HTMLElement | null): HTMLElement | null {
  return frame?.querySelector<HTMLElement>('.ag-grid-viewport') ?? null;
}

/** Back to where new rows show, unless somebody scrolled on meanwhile. */
function toTheTopAgain(viewport: HTMLElement, heldAt: RefObject<number | null>): void {
  if (heldAt.current !== null && viewport.scrollTop === heldAt.current) viewport.scrollTop = 0;
  heldAt.current = null;
}

function placeAt<Row>(api: GridApi<Row>, index: number): Place | null {
  const id = api.getDisplayedRowAtIndex(index)?.id;
  return id === undefined ? null : { id, index };
}

function pointedPlace<Row>(api: GridApi<Row>, viewport: HTMLElement): Place | null {
  const index = viewport.querySelector('.ag-row:hover')?.getAttribute('row-index');
  return index ? placeAt(api, Number(index)) : null;
}

function focusedPlace<Row>(api: GridApi<Row>, viewport: HTMLElement): Place | null {
  const cell = api.getFocusedCell();
  return cell && viewport.contains(document.activeElement) ? placeAt(api, cell.rowIndex) : null;
}

/** Whichever of these is found again says how far the rows went; the one at hand first. */
function placesOnScreen<Row>(api: GridApi<Row>, viewport: HTMLElement, hand: Place | null): Place[] {
  const first = firstOnScreen(api, viewport);
  const all = Array.from({ length: rowsOnScreen(api, viewport) }, (_, at) => placeAt(api, first + at)).filter((place) => place !== null);
  return hand ? [hand, ...all] : all;
}

function movedBy<Row>(api: GridApi<Row>, places: readonly Place[]): number {
  for (const { id, index } of places) {
    const now = api.getRowNode(id)?.rowIndex;
    if (now !== undefined && now !== null) return (now - index) * rowHeight(api);
  }
  return 0;
}

/** Not to a row that was scrolled away: the table would scroll back to it. */
function moveFocus<Row>(api: GridApi<Row>, viewport: HTMLElement, { id, index }: Place): void {
  const cell = api.getFocusedCell();
  const now = api.getRowNode(id)?.rowIndex;
  if (!cell || now === undefined || now === null || now === index) return;
  if (firstOnScreen(api, viewport) <= now && now < firstOnScreen(api, viewport) + rowsOnScreen(api, viewport)) api.setFocusedCell(now, cell.column);
}

function firstOnScreen<Row>(api: GridApi<Row>, viewport: HTMLElement): number {
  return Math.ceil(viewport.scrollTop / rowHeight(api));
}

function rowsOnScreen<Row>(api: GridApi<Row>, viewport: HTMLElement): number {
  return Math.floor(viewport.clientHeight / rowHeight(api));
}

function rowHeight<Row>(api: GridApi<Row>): number {
  return api.getDisplayedRowAtIndex(0)?.rowHeight ?? 1;
}
