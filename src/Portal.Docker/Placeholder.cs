namespace Portal.Docker;
