namespace Portal.Compose;
