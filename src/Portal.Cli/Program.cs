using Portal.Cli;

return ComposeCheck.Run(args, Console.OpenStandardInput, Console.Out, Console.Error);
