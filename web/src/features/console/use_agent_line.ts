import { useCallback, useEffect, useRef, useState } from 'react';
import { socketUrl } from '@/api/client';
import { AgentLine, type LineView } from './agent_line';
import { MicrophoneError, openMicrophone, type MicrophoneProblem } from './microphone';
import { useAudioSettings } from './audio_settings';

export interface AgentLineControl extends LineView {
  /** What the line hears; null for a desk phone and without a microphone. */
  microphone: MediaStream | null;
  microphoneProblem: MicrophoneProblem | null;
  /** Opens the microphone again after the agent has put right what was wrong. */
  retryMicrophone: () => void;
  playSound: () => void;
  setMuted: (muted: boolean) => void;
}

const off: LineView = { state: 'off', problem: null, silent: false };

/** The agent's line for as long as the session lasts: microphone, connection and sound. */
export function useAgentLine(sessionId: number, deskPhone: boolean): AgentLineControl {
  const { microphoneId, speakerId } = useAudioSettings();
  const [view, setView] = useState<LineView>(off);
  const [opened, setOpened] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null);
  const [tries, setTries] = useState(0);
  const line = useRef<AgentLine | null>(null);
  const audio = useRef<HTMLAudioElement | null>(null);
  const chosenMicrophone = useRef(microphoneId);

  useEffect(() => {
    let cancelled = false;
    const player = document.createElement('audio');
    player.autoplay = true;
    player.setAttribute('aria-hidden', 'true');
    document.body.append(player);
    audio.current = player;

    async function begin() {
      let microphone: MediaStream | null;
      try {
        microphone = deskPhone ? null : await openMicrophone(chosenMicrophone.current);
      } catch (error) {
        if (!cancelled) setProblem(error instanceof MicrophoneError ? error.problem : 'busy');
        return;
      }
      if (cancelled) {
        for (const track of microphone?.getTracks() ?? []) track.stop();
        return;
      }
      setProblem(null);
      setOpened(microphone);
      const made = new AgentLine({ openSocket: () => new WebSocket(socketUrl('/agent/line')), microphone, audio: player, onChange: setView });
      line.current = made;
      watchUnplugging(microphone, () => setTries((count) => count + 1));
      made.start();
    }
    void begin();

    const retry = () => line.current?.retryNow();
    window.addEventListener('online', retry);
    return () => {
      cancelled = true;
      window.removeEventListener('online', retry);
      line.current?.stop();
      line.current = null;
      setOpened(null);
      player.remove();
    };
  }, [sessionId, deskPhone, tries]);

  // Another microphone was chosen while the line is open.
  useEffect(() => {
    if (chosenMicrophone.current === microphoneId) return;
    chosenMicrophone.current = microphoneId;
    if (!line.current || deskPhone) return;
    openMicrophone(microphoneId).then(
      (stream) => {
        void line.current?.changeMicrophone(stream);
        setOpened(stream);
      },
      (error: unknown) => setProblem(error instanceof MicrophoneError ? error.problem : 'busy'),
    );
  }, [microphoneId, deskPhone]);

  useEffect(() => {
    const player = audio.current;
    void player?.setSinkId?.(speakerId ?? '').catch(() => undefined);
  }, [speakerId, view.state]);

  const retryMicrophone = useCallback(() => setTries((count) => count + 1), []);
  const playSound = useCallback(() => void line.current?.playSound(), []);
  const setMuted = useCallback((muted: boolean) => line.current?.setMuted(muted), []);
  return { ...view, microphone: opened, microphoneProblem: problem, retryMicrophone, playSound, setMuted };
}

/** A headset that is pulled out ends its track: open the line again with what is left. */
function watchUnplugging(stream: MediaStream | null, action: () => void): void {
  stream?.getAudioTracks()[0]?.addEventListener('ended', action, { once: true });
}
