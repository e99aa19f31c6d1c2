import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useSignOut } from '@/features/session/use_sign_out';
import { useMe } from '@/features/session/use_me';
import classes from './account_menu.module.css';

const schemes: { value: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As this device', icon: IconDeviceDesktop },
];

export function AccountMenu({ compact, disabledReason }: { compact?: boolean; disabledReason?: string }) {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  return (
    <Menu position={compact ? 'bottom-end' : 'top-start'} shadow="md" width={210}>
      <Menu.Target>
        {compact ? (
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Account of ${me.name}`}>
            <IconUserCircle size={22} stroke={1.6} />
          </ActionIcon>
        ) : (
          <button type="button" className={classes.account}>
            <IconUserCircle size={22} stroke={1.6} aria-hidden />
            <span className={classes.who}>
              <span className={classes.name}>{me.name}</span>
              <span className={classes.role}>{me.role}</span>
            </span>
          </button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{compact ? `${me.name} (${me.role})` : 'Appearance'}</Menu.Label>
        {schemes.map(({ value, label, icon: Sign }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Sign size={16} />}
            rightSection={colorScheme === value ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()} disabled={disabledReason !== undefined} title={disabledReason}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
