namespace Portal.HAProxy;
