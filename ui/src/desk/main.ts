import { createApp } from 'vue'
import { applyLanguage } from '../core/i18n'
import { openSession } from '../core/session'
import '../tokens.css'
import './desk.css'
import App from './App.vue'

applyLanguage()
createApp(App).mount('#app')
void openSession()
