import { Button, getDefaultZIndex, Group, Modal, Text } from '@mantine/core';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';

interface Question {
  title: string;
  text: ReactNode;
  action: string;
  danger?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask | null>(null);

/** Asks once before what cannot be undone: `if (await confirm({...}))`. */
export function useConfirm(): Ask {
  const ask = use(ConfirmContext);
  if (!ask) throw new Error('useConfirm needs a ConfirmProvider above it');
  return ask;
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState(false);
  // Stays while the dialog fades out.
  const [asked, setAsked] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null);
  const ask = useCallback<Ask>(
    (question) =>
      new Promise((answer) => {
        setAsked({ ...question, answer });
        setOpened(true);
      }),
    [],
  );
  const value = useMemo(() => ask, [ask]);
  const close = (yes: boolean) => {
    asked?.answer(yes);
    setOpened(false);
  };
  return (
    <ConfirmContext value={value}>
      {children}
      {/* Above the drawer that asks. */}
      <Modal opened={opened} onClose={() => close(false)} title={asked?.title} zIndex={getDefaultZIndex('overlay')} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Text c="dimmed">{asked?.text}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => close(false)} data-autofocus>
            Cancel
          </Button>
          <Button {...(asked?.danger ? { color: 'red.8' } : {})} onClick={() => close(true)}>
            {asked?.action}
          </Button>
        </Group>
      </Modal>
    </ConfirmContext>
  );
}
