import { Burger, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBuildingBroadcastTower,
  IconCalendarTime,
  IconDeviceLandlinePhone,
  IconHeadset,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconSettings,
  IconUsers,
  IconWebhook,
  type Icon,
} from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { LiveStream } from '@/api/live_stream';
import { useMe } from '@/features/session/use_me';
import { Logo } from '@/components/logo';
import { AccountMenu } from './account_menu';
import { StreamBanner, StreamDot } from './stream_banner';
import classes from './supervisor_shell.module.css';

interface Entry {
  to: string;
  label: string;
  icon: Icon;
  /** Paths that belong to this entry too. */
  also?: string[];
  administrator?: boolean;
}

const work: Entry[] = [
  { to: '/', label: 'Dashboard', icon: IconLayoutDashboard, also: ['/campaigns', '/scripts', '/agents', '/leadsets', '/leads/'] },
  { to: '/calls', label: 'Call log', icon: IconPhoneOutgoing },
  { to: '/callbacks', label: 'Call-backs', icon: IconCalendarTime },
  { to: '/console', label: 'Take calls', icon: IconHeadset },
  { to: '/do-not-call', label: 'Do not call', icon: IconPhoneOff },
];
const settings: Entry[] = [
  { to: '/settings', label: 'General', icon: IconSettings, administrator: true },
  { to: '/trunks', label: 'Trunks', icon: IconBuildingBroadcastTower },
  { to: '/sip-profiles', label: 'SIP profiles', icon: IconDeviceLandlinePhone },
  { to: '/users', label: 'People', icon: IconUsers },
  { to: '/tokens', label: 'API tokens', icon: IconKey, administrator: true },
  { to: '/webhooks', label: 'Webhooks', icon: IconWebhook, administrator: true },
  { to: '/audit', label: 'Audit log', icon: IconHistory, administrator: true },
];

/** What surrounds every page of supervisors and administrators. */
export function SupervisorShell() {
  const [opened, drawer] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => drawer.close(), [path, drawer]);

  return (
    <LiveStream audience="supervisor">
      <a href="#content" className="skip-link">
        Skip to the content
      </a>
      <div className={classes.shell}>
        <aside className={classes.side}>
          <Brand />
          <Navigation path={path} />
          <div className={classes.foot}>
            <StreamDot />
            <AccountMenu />
          </div>
        </aside>
        <header className={classes.top}>
          <Burger size="sm" opened={opened} onClick={drawer.toggle} aria-label="Menu" />
          <Brand />
          <AccountMenu compact />
        </header>
        <Drawer opened={opened} onClose={drawer.close} size={260} title={<Brand />} closeButtonProps={{ 'aria-label': 'Close menu' }}>
          <Navigation path={path} />
          <StreamDot />
        </Drawer>
        <main id="content" className={classes.main} tabIndex={-1}>
          <StreamBanner />
          <Outlet />
        </main>
      </div>
    </LiveStream>
  );
}

function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <Logo size={22} />
      <span>Carillon</span>
    </Link>
  );
}

function Navigation({ path }: { path: string }) {
  const me = useMe();
  const allowed = (entry: Entry) => !entry.administrator || me.role === 'administrator';
  return (
    <nav aria-label="Main" className={classes.nav}>
      {work.filter(allowed).map((entry) => (
        <NavigationLink key={entry.to} entry={entry} path={path} />
      ))}
      <p className={classes.group}>Settings</p>
      {settings.filter(allowed).map((entry) => (
        <NavigationLink key={entry.to} entry={entry} path={path} />
      ))}
    </nav>
  );
}

function NavigationLink({ entry, path }: { entry: Entry; path: string }) {
  const own = entry.to === '/' ? path === '/' : path.startsWith(entry.to);
  const current = own || (entry.also?.some((each) => path.startsWith(each)) ?? false);
  const Sign = entry.icon;
  return (
    <Link to={entry.to} className={classes.link} data-current={current || undefined} aria-current={current ? 'page' : undefined}>
      <Sign size={18} stroke={1.8} aria-hidden />
      {entry.label}
    </Link>
  );
}
