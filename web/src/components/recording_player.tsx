import { Button, useComputedColorScheme } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import classes from './recording_player.module.css';
import { waveformOf, type Waveform } from './waveform';

interface Props {
  src: string;
  /** Names of the left and the right channel. */
  channels: [string, string];
}

const columns = 480;
const largestBytes = 120 * 1024 * 1024;

/** Plays a stereo recording; the waveform shows who spoke when, and a click goes there. */
export function RecordingPlayer({ src, channels }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [waveform, setWaveform] = useState<Waveform | null>(null);
  const [failed, setFailed] = useState(false);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    const abort = new AbortController();
    setWaveform(null);
    setFailed(false);
    loadWaveform(src, abort.signal).then(setWaveform, () => undefined);
    return () => abort.abort();
  }, [src]);

  useEffect(() => {
    const player = audio.current;
    const board = canvas.current;
    if (!player || !board || !waveform) return;
    let frame = 0;
    const draw = () => {
      const length = Number.isFinite(player.duration) ? player.duration : waveform.seconds;
      paint(board, waveform, length > 0 ? player.currentTime / length : 0);
      if (!player.paused) frame = requestAnimationFrame(draw);
    };
    const events = ['play', 'seeked', 'pause', 'loadedmetadata', 'timeupdate'];
    for (const event of events) player.addEventListener(event, draw);
    draw();
    return () => {
      cancelAnimationFrame(frame);
      for (const event of events) player.removeEventListener(event, draw);
    };
  }, [waveform, scheme]);

  return (
    <div className={classes.player}>
      {waveform ? (
        <div className={classes.wave}>
          <span>{channels[0]}</span>
          <span>{channels[1]}</span>
          <canvas
            ref={canvas}
            width={columns * 2}
            height={144}
            aria-hidden
            onClick={(event) => {
              const player = audio.current;
              if (!player || !Number.isFinite(player.duration)) return;
              const box = event.currentTarget.getBoundingClientRect();
              player.currentTime = ((event.clientX - box.left) / box.width) * player.duration;
            }}
          />
        </div>
      ) : null}
      <audio ref={audio} src={src} controls preload="metadata" aria-label="Recording" onError={() => setFailed(true)} />
      <Button component="a" href={src} download variant="default" size="compact-sm" leftSection={<IconDownload size={15} />} className={classes.download}>
        Download
      </Button>
      {failed ? (
        <p role="alert" className={classes.failed}>
          The recording cannot be played. It may have been deleted because its retention time is over.
        </p>
      ) : null}
    </div>
  );
}

async function loadWaveform(src: string, signal: AbortSignal): Promise<Waveform> {
  const answer = await fetch(src, { signal });
  if (!answer.ok || Number(answer.headers.get('Content-Length') ?? 0) > largestBytes) throw new Error('no waveform');
  const decoder = new OfflineAudioContext(2, 1, 48_000);
  const sound = await decoder.decodeAudioData(await answer.arrayBuffer());
  const left = sound.getChannelData(0);
  const right = sound.numberOfChannels > 1 ? sound.getChannelData(1) : left;
  return waveformOf(left, right, columns, sound.duration);
}

function paint(board: HTMLCanvasElement, waveform: Waveform, played: number): void {
  const context = board.getContext('2d');
  if (!context) return;
  const styles = getComputedStyle(board);
  const ink = styles.getPropertyValue('--line-strong');
  const accent = styles.getPropertyValue('--accent');
  const half = board.height / 2;
  const step = board.width / waveform.left.length;
  context.clearRect(0, 0, board.width, board.height);
  waveform.left.forEach((left, column) => {
    context.fillStyle = column / waveform.left.length < played ? accent : ink;
    const leftHeight = Math.max(1, left * (half - 4));
    const rightHeight = Math.max(1, (waveform.right[column] ?? 0) * (half - 4));
    context.fillRect(column * step, (half - leftHeight) / 2, step * 0.7, leftHeight);
    context.fillRect(column * step, half + (half - rightHeight) / 2, step * 0.7, rightHeight);
  });
  context.fillStyle = accent;
  context.fillRect(Math.min(board.width - 2, played * board.width), 0, 2, board.height);
}
